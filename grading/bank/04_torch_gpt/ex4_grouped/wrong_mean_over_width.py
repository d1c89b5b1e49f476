# wrong: the means run over the width of the heads, not over the heads of a group
class GroupedQueryAttention(nn.Module):
    def __init__(self, config, n_groups):
        super().__init__()
        if n_groups < 1 or config.n_heads % n_groups:
            raise ValueError('heads and groups do not fit')
        self.n_heads, self.n_groups = config.n_heads, n_groups
        self.c_q = nn.Linear(config.emb_dim, config.emb_dim, bias=config.qkv_bias)
        self.c_kv = nn.Linear(config.emb_dim, 2 * n_groups * config.head_dim, bias=config.qkv_bias)
        self.c_proj = nn.Linear(config.emb_dim, config.emb_dim)

    def forward(self, x):
        batch, seq, _ = x.shape
        q = self.c_q(x).view(batch, seq, self.n_heads, -1).transpose(1, 2)
        k, v = self.c_kv(x).chunk(2, dim=-1)
        k, v = (t.view(batch, seq, self.n_groups, -1).transpose(1, 2) for t in (k, v))
        k, v = (t.repeat_interleave(self.n_heads // self.n_groups, dim=1) for t in (k, v))
        context = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.c_proj(context.transpose(1, 2).reshape(batch, seq, -1))


def grouped(attention, config, n_groups):
    new = GroupedQueryAttention(config, n_groups)
    d = config.head_dim
    each = config.n_heads // n_groups
    with torch.no_grad():
        for name, parameter in attention.c_attn.named_parameters():
            q, k, v = parameter.split(config.emb_dim)
            getattr(new.c_q, name).copy_(q)
            means = [part.unflatten(0, (n_groups, d, each)).mean(dim=2).flatten(0, 1) for part in (k, v)]
            getattr(new.c_kv, name).copy_(torch.cat(means))
        new.c_proj.load_state_dict(attention.c_proj.state_dict())
    return new
