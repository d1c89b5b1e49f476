# correct: the root of the head's width is a tensor of 32 bits
class GroupedQueryAttention(nn.Module):
    def __init__(self, config, n_groups):
        super().__init__()
        if n_groups not in [n for n in range(1, config.n_heads + 1) if config.n_heads % n == 0]:
            raise ValueError("the number of heads must be a multiple of the number of groups")
        self.shape = (n_groups, config.n_heads // n_groups, config.head_dim)
        self.c_q = nn.Linear(config.emb_dim, config.emb_dim, bias=config.qkv_bias)
        self.c_kv = nn.Linear(config.emb_dim, 2 * n_groups * config.head_dim, bias=config.qkv_bias)
        self.c_proj = nn.Linear(config.emb_dim, config.emb_dim)

    def forward(self, x):
        batch, seq, _ = x.shape
        g, h, d = self.shape
        q = self.c_q(x).view(batch, seq, g, h, d)
        kv = self.c_kv(x).view(batch, seq, 2, g, d)
        scores = torch.einsum("bqghd,bkgd->bghqk", q, kv[:, :, 0]) / torch.sqrt(torch.tensor(d))
        scores = scores + torch.full((seq, seq), -torch.inf, dtype=x.dtype).triu(1)
        context = torch.einsum("bghqk,bkgd->bqghd", scores.softmax(-1), kv[:, :, 1])
        return self.c_proj(context.reshape(batch, seq, -1))


def grouped(attention, config, n_groups):
    new = GroupedQueryAttention(config, n_groups)
    g, h, d = new.shape
    average = torch.kron(torch.eye(g), torch.kron(torch.full((1, h), 1 / h), torch.eye(d)))  # [g*d, emb]
    with torch.no_grad():
        n = config.emb_dim
        pairs = [(new.c_q.weight, new.c_kv.weight, attention.c_attn.weight)]
        if config.qkv_bias:
            pairs.append((new.c_q.bias, new.c_kv.bias, attention.c_attn.bias))
        for to_q, to_kv, source in pairs:
            to_q.copy_(source[:n])
            to_kv[: g * d] = average @ source[n : 2 * n]
            to_kv[g * d :] = average @ source[2 * n :]
        for mine, theirs in zip(new.c_proj.parameters(), attention.c_proj.parameters()):
            mine.copy_(theirs)
    return new
