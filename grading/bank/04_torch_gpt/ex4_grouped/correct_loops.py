# correct: head by head with slices, explicit weights
class GroupedQueryAttention(nn.Module):
    def __init__(self, config, n_groups):
        super().__init__()
        if n_groups <= 0 or config.n_heads % n_groups != 0:
            raise ValueError(f"{config.n_heads} heads, {n_groups} groups")
        self.config, self.n_groups = config, n_groups
        self.c_q = nn.Linear(config.emb_dim, config.emb_dim, config.qkv_bias)
        self.c_kv = nn.Linear(config.emb_dim, 2 * n_groups * config.head_dim, config.qkv_bias)
        self.c_proj = nn.Linear(config.emb_dim, config.emb_dim)

    def forward(self, x):
        d = self.config.head_dim
        queries = self.c_q(x).split(d, dim=-1)
        pieces = self.c_kv(x).split(d, dim=-1)
        outputs = []
        for head, q in enumerate(queries):
            group = head // (self.config.n_heads // self.n_groups)
            outputs.append(causal_attention_weights(q, pieces[group]) @ pieces[self.n_groups + group])
        return self.c_proj(torch.cat(outputs, dim=-1))


def grouped(attention, config, n_groups):
    n, d = config.emb_dim, config.head_dim
    new = GroupedQueryAttention(config, n_groups)
    state = {f"c_proj.{name}": tensor for name, tensor in attention.c_proj.state_dict().items()}
    for name, tensor in attention.c_attn.state_dict().items():
        state[f"c_q.{name}"] = tensor[:n]
        heads = tensor[n:].reshape(2 * n_groups, -1, d, *tensor.shape[1:])
        state[f"c_kv.{name}"] = heads.mean(dim=1).reshape(2 * n_groups * d, *tensor.shape[1:])
    new.load_state_dict(state)
    return new
