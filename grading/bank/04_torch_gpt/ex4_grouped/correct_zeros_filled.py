# correct: head after head is written into an array of zeros
class GroupedQueryAttention(nn.Module):
    def __init__(self, config, n_groups):
        super().__init__()
        if n_groups < 1 or config.n_heads % n_groups:
            raise ValueError("each group needs the same number of heads")
        self.n_heads, self.n_groups, self.width = config.n_heads, n_groups, config.head_dim
        self.c_q = nn.Linear(config.emb_dim, config.emb_dim, bias=config.qkv_bias)
        self.c_kv = nn.Linear(config.emb_dim, 2 * n_groups * config.head_dim, bias=config.qkv_bias)
        self.c_proj = nn.Linear(config.emb_dim, config.emb_dim)

    def forward(self, x):
        batch, seq, emb = x.shape
        d = self.width
        q, kv = self.c_q(x), self.c_kv(x)
        keys, values = kv[:, :, : self.n_groups * d], kv[:, :, self.n_groups * d :]
        out = torch.zeros(batch, seq, emb)
        for h in range(self.n_heads):
            g = h // (self.n_heads // self.n_groups)
            weights = causal_attention_weights(q[:, :, h * d : (h + 1) * d], keys[:, :, g * d : (g + 1) * d])
            out[:, :, h * d : (h + 1) * d] = weights @ values[:, :, g * d : (g + 1) * d]
        return self.c_proj(out)


def grouped(attention, config, n_groups):
    new = GroupedQueryAttention(config, n_groups)
    n, d, each = config.emb_dim, config.head_dim, config.n_heads // n_groups

    def mean(rows):
        means = torch.zeros(n_groups * d, *rows.shape[1:])
        for h in range(config.n_heads):
            g = h // each
            means[g * d : (g + 1) * d] += rows[h * d : (h + 1) * d] / each
        return means

    old = attention.c_attn
    new.c_q.weight.data = old.weight.data[:n].clone()
    new.c_kv.weight.data = torch.cat([mean(old.weight.data[n : 2 * n]), mean(old.weight.data[2 * n :])])
    if config.qkv_bias:
        new.c_q.bias.data = old.bias.data[:n].clone()
        new.c_kv.bias.data = torch.cat([mean(old.bias.data[n : 2 * n]), mean(old.bias.data[2 * n :])])
    new.c_proj.weight.data = attention.c_proj.weight.data.clone()
    new.c_proj.bias.data = attention.c_proj.bias.data.clone()
    return new
