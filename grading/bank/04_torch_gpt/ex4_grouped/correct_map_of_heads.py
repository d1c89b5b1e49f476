# correct: a map of zeros and ones says which head uses which group
class GroupedQueryAttention(nn.Module):
    def __init__(self, config, n_groups):
        super().__init__()
        if n_groups < 1 or config.n_heads % n_groups:
            raise ValueError(f"no {n_groups} groups of {config.n_heads} heads")
        self.n_heads, self.n_groups = config.n_heads, n_groups
        self.c_q = nn.Linear(config.emb_dim, config.emb_dim, bias=config.qkv_bias)
        self.c_kv = nn.Linear(config.emb_dim, 2 * n_groups * config.head_dim, bias=config.qkv_bias)
        self.c_proj = nn.Linear(config.emb_dim, config.emb_dim)

    def forward(self, x):
        batch, seq, _ = x.shape
        uses = torch.zeros(self.n_heads, self.n_groups)
        for head in range(self.n_heads):
            uses[head, head * self.n_groups // self.n_heads] = 1
        q = self.c_q(x).view(batch, seq, self.n_heads, -1).transpose(1, 2)
        kv = self.c_kv(x).view(batch, seq, 2, self.n_groups, -1)
        k, v = torch.einsum("hg,bncgd->cbhnd", uses, kv)
        context = causal_attention_weights(q, k) @ v
        return self.c_proj(context.transpose(1, 2).reshape(batch, seq, -1))


def grouped(attention, config, n_groups):
    new = GroupedQueryAttention(config, n_groups)
    with torch.no_grad():
        for name, parameter in attention.c_attn.named_parameters():
            heads = parameter.view(3, n_groups, -1, config.head_dim, *parameter.shape[1:])
            getattr(new.c_q, name).copy_(heads[0].reshape(parameter[: config.emb_dim].shape))
            target = getattr(new.c_kv, name)
            target.copy_(heads[1:].mean(dim=2).reshape(target.shape))
        new.c_proj.load_state_dict(attention.c_proj.state_dict())
    return new
