"""Answers to ex4_grouped of 04_torch_gpt, right and wrong; how to read and write them: grading/answers.py."""


# %% correct enable_gqa: torch's own option for groups
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
        k, v = (t for t in (k, v))
        context = F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=True)
        return self.c_proj(context.transpose(1, 2).reshape(batch, seq, -1))


def grouped(attention, config, n_groups):
    new = GroupedQueryAttention(config, n_groups).to(attention.c_proj.weight.dtype)
    d = config.head_dim
    each = config.n_heads // n_groups
    with torch.no_grad():
        for name, parameter in attention.c_attn.named_parameters():
            q, k, v = parameter.split(config.emb_dim)
            getattr(new.c_q, name).copy_(q)
            rows = []
            for part in (k, v):
                heads = part.split(d)
                for group in range(n_groups):
                    rows.append(torch.stack(heads[group * each : (group + 1) * each]).mean(dim=0))
            getattr(new.c_kv, name).copy_(torch.cat(rows))
        new.c_proj.load_state_dict(attention.c_proj.state_dict())
    return new


# %% correct five_axes: one more axis for the groups, einsum for the products
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
        scores = torch.einsum("bqghd,bkgd->bghqk", q, kv[:, :, 0]) / math.sqrt(d)
        scores = scores + torch.full((seq, seq), -torch.inf, dtype=x.dtype).triu(1)
        context = torch.einsum("bghqk,bkgd->bqghd", scores.softmax(-1), kv[:, :, 1])
        return self.c_proj(context.reshape(batch, seq, -1))


def grouped(attention, config, n_groups):
    new = GroupedQueryAttention(config, n_groups).to(attention.c_proj.weight.dtype)
    g, h, d = new.shape
    average = torch.kron(torch.eye(g), torch.kron(torch.full((1, h), 1 / h, dtype=torch.float64), torch.eye(d)))  # [g*d, emb]
    average = average.to(attention.c_proj.weight)
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


# %% correct loops: head by head with slices, explicit weights
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
    new = GroupedQueryAttention(config, n_groups).to(attention.c_proj.weight.dtype)
    state = {f"c_proj.{name}": tensor for name, tensor in attention.c_proj.state_dict().items()}
    for name, tensor in attention.c_attn.state_dict().items():
        state[f"c_q.{name}"] = tensor[:n]
        heads = tensor[n:].reshape(2 * n_groups, -1, d, *tensor.shape[1:])
        state[f"c_kv.{name}"] = heads.mean(dim=1).reshape(2 * n_groups * d, *tensor.shape[1:])
    new.load_state_dict(state)
    return new


# %% correct map_of_heads: a map of zeros and ones says which head uses which group
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
        uses = torch.zeros(self.n_heads, self.n_groups, dtype=x.dtype)
        for head in range(self.n_heads):
            uses[head, head * self.n_groups // self.n_heads] = 1
        q = self.c_q(x).view(batch, seq, self.n_heads, -1).transpose(1, 2)
        kv = self.c_kv(x).view(batch, seq, 2, self.n_groups, -1)
        k, v = torch.einsum("hg,bncgd->cbhnd", uses, kv)
        context = causal_attention_weights(q, k) @ v
        return self.c_proj(context.transpose(1, 2).reshape(batch, seq, -1))


def grouped(attention, config, n_groups):
    new = GroupedQueryAttention(config, n_groups).to(attention.c_proj.weight.dtype)
    with torch.no_grad():
        for name, parameter in attention.c_attn.named_parameters():
            heads = parameter.view(3, n_groups, -1, config.head_dim, *parameter.shape[1:])
            getattr(new.c_q, name).copy_(heads[0].reshape(parameter[: config.emb_dim].shape))
            target = getattr(new.c_kv, name)
            target.copy_(heads[1:].mean(dim=2).reshape(target.shape))
        new.c_proj.load_state_dict(attention.c_proj.state_dict())
    return new


# %% wrong tensor_root: the root of the head's width is a tensor of 32 bits, too coarse for float64
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
    new = GroupedQueryAttention(config, n_groups).to(attention.c_proj.weight.dtype)
    g, h, d = new.shape
    average = torch.kron(torch.eye(g), torch.kron(torch.full((1, h), 1 / h, dtype=torch.float64), torch.eye(d)))  # [g*d, emb]
    average = average.to(attention.c_proj.weight)
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


# %% correct zeros_filled: head after head is written into an array of zeros
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
        out = torch.zeros(batch, seq, emb, dtype=x.dtype)
        for h in range(self.n_heads):
            g = h // (self.n_heads // self.n_groups)
            weights = causal_attention_weights(q[:, :, h * d : (h + 1) * d], keys[:, :, g * d : (g + 1) * d])
            out[:, :, h * d : (h + 1) * d] = weights @ values[:, :, g * d : (g + 1) * d]
        return self.c_proj(out)


def grouped(attention, config, n_groups):
    new = GroupedQueryAttention(config, n_groups).to(attention.c_proj.weight.dtype)
    n, d, each = config.emb_dim, config.head_dim, config.n_heads // n_groups

    def mean(rows):
        means = torch.zeros(n_groups * d, *rows.shape[1:], dtype=rows.dtype)
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


# %% correct repeated: keys and values repeated for each query head
class GroupedQueryAttention(nn.Module):
    def __init__(self, config, n_groups):
        super().__init__()
        if n_groups < 1 or config.n_heads % n_groups:
            raise ValueError("heads and groups do not fit")
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
    new = GroupedQueryAttention(config, n_groups).to(attention.c_proj.weight.dtype)
    d = config.head_dim
    each = config.n_heads // n_groups
    with torch.no_grad():
        for name, parameter in attention.c_attn.named_parameters():
            q, k, v = parameter.split(config.emb_dim)
            getattr(new.c_q, name).copy_(q)
            rows = []
            for part in (k, v):
                heads = part.split(d)
                for group in range(n_groups):
                    rows.append(torch.stack(heads[group * each : (group + 1) * each]).mean(dim=0))
            getattr(new.c_kv, name).copy_(torch.cat(rows))
        new.c_proj.load_state_dict(attention.c_proj.state_dict())
    return new

# %% wrong alternating from repeated: the groups alternate from head to head
#-         k, v = (t.repeat_interleave(self.n_heads // self.n_groups, dim=1) for t in (k, v))
#+         k, v = (t.repeat(1, self.n_heads // self.n_groups, 1, 1) for t in (k, v))

# %% wrong always_bias from repeated: queries, keys and values have a bias whatever the configuration says
#-         self.c_q = nn.Linear(config.emb_dim, config.emb_dim, bias=config.qkv_bias)
#-         self.c_kv = nn.Linear(config.emb_dim, 2 * n_groups * config.head_dim, bias=config.qkv_bias)
#+         self.c_q = nn.Linear(config.emb_dim, config.emb_dim, bias=True)
#+         self.c_kv = nn.Linear(config.emb_dim, 2 * n_groups * config.head_dim, bias=True)

# %% wrong biases_forgotten from repeated: weights are copied and biases are not
#-         for name, parameter in attention.c_attn.named_parameters():
#+         for name, parameter in [('weight', attention.c_attn.weight)]:

# %% wrong dropout from repeated: the configuration's dropout is applied to the weights
#-         self.n_heads, self.n_groups = config.n_heads, n_groups
#+         self.n_heads, self.n_groups = config.n_heads, n_groups
#+         self.drop = config.drop_rate

#-         context = F.scaled_dot_product_attention(q, k, v, is_causal=True)
#+         context = F.scaled_dot_product_attention(q, k, v, is_causal=True, dropout_p=self.drop)

# %% wrong first_head from repeated: each group takes its first head
#-                     rows.append(torch.stack(heads[group * each : (group + 1) * each]).mean(dim=0))
#+                     rows.append(heads[group * each])

# %% wrong group_alternating from repeated: the means are taken over every n-th head
#-                     rows.append(torch.stack(heads[group * each : (group + 1) * each]).mean(dim=0))
#+                     rows.append(torch.stack(heads[group::n_groups]).mean(dim=0))

# %% wrong heads_by_view from repeated: keys and values are cut along the places
#-         k, v = (t.view(batch, seq, self.n_groups, -1).transpose(1, 2) for t in (k, v))
#+         k, v = (t.reshape(batch, self.n_groups, seq, -1) for t in (k, v))

# %% wrong interleaved from repeated: keys and values alternate group by group
#-         k, v = self.c_kv(x).chunk(2, dim=-1)
#+         k, v = self.c_kv(x).view(batch, seq, self.n_groups, 2, -1).unbind(3)

# %% wrong join from repeated: heads are joined without being moved back
#-         return self.c_proj(context.transpose(1, 2).reshape(batch, seq, -1))
#+         return self.c_proj(context.reshape(batch, seq, -1))

# %% wrong mean_over_width from repeated: the means run over the width of the heads, not over the heads of a group
#-             rows = []
#-             for part in (k, v):
#-                 heads = part.split(d)
#-                 for group in range(n_groups):
#-                     rows.append(torch.stack(heads[group * each : (group + 1) * each]).mean(dim=0))
#-             getattr(new.c_kv, name).copy_(torch.cat(rows))
#+             means = [part.unflatten(0, (n_groups, d, each)).mean(dim=2).flatten(0, 1) for part in (k, v)]
#+             getattr(new.c_kv, name).copy_(torch.cat(means))

# %% wrong negative_groups from repeated: zero groups are refused, fewer are not
#-         if n_groups < 1 or config.n_heads % n_groups:
#+         if n_groups == 0 or config.n_heads % n_groups:

#-             rows = []
#-             for part in (k, v):
#-                 heads = part.split(d)
#-                 for group in range(n_groups):
#-                     rows.append(torch.stack(heads[group * each : (group + 1) * each]).mean(dim=0))
#-             getattr(new.c_kv, name).copy_(torch.cat(rows))
#+             means = [part.unflatten(0, (n_groups, each, d)).mean(dim=1).flatten(0, 1) for part in (k, v)]
#+             getattr(new.c_kv, name).copy_(torch.cat(means))

# %% wrong no_check from repeated: numbers of groups that do not fit are accepted
#-         if n_groups < 1 or config.n_heads % n_groups:
#-             raise ValueError("heads and groups do not fit")

# %% wrong no_mask from repeated: attention is not causal
#-         context = F.scaled_dot_product_attention(q, k, v, is_causal=True)
#+         context = F.scaled_dot_product_attention(q, k, v)

# %% wrong no_proj_bias from repeated: the last projection follows qkv_bias, too
#-         self.c_proj = nn.Linear(config.emb_dim, config.emb_dim)
#+         self.c_proj = nn.Linear(config.emb_dim, config.emb_dim, bias=config.qkv_bias)

#-         new.c_proj.load_state_dict(attention.c_proj.state_dict())
#+         new.c_proj.load_state_dict(attention.c_proj.state_dict(), strict=False)

# %% wrong no_scale from repeated: the scores are not divided
#-         context = F.scaled_dot_product_attention(q, k, v, is_causal=True)
#+         context = F.scaled_dot_product_attention(q, k, v, is_causal=True, scale=1.0)

# %% wrong projection_forgotten from repeated: the last projection is not copied
#-         new.c_proj.load_state_dict(attention.c_proj.state_dict())
#+         pass

# %% wrong scale_of_model from repeated: the scores are divided by the root of the width of the whole model
#-         context = F.scaled_dot_product_attention(q, k, v, is_causal=True)
#+         context = F.scaled_dot_product_attention(q, k, v, is_causal=True, scale=x.shape[-1] ** -0.5)

# %% wrong shared_projection from repeated: the last projection is the original's own
#-         new.c_proj.load_state_dict(attention.c_proj.state_dict())
#+         new.c_proj = attention.c_proj

# %% wrong shared_queries from repeated: the queries' weights are a view of the original's
#-             getattr(new.c_q, name).copy_(q)
#-             rows = []
#-             for part in (k, v):
#-                 heads = part.split(d)
#-                 for group in range(n_groups):
#-                     rows.append(torch.stack(heads[group * each : (group + 1) * each]).mean(dim=0))
#-             getattr(new.c_kv, name).copy_(torch.cat(rows))
#+             setattr(new.c_q, name, nn.Parameter(q))
#+             means = [part.unflatten(0, (n_groups, each, d)).mean(dim=1).flatten(0, 1) for part in (k, v)]
#+             getattr(new.c_kv, name).copy_(torch.cat(means))

# %% wrong sums from repeated: sums of the heads instead of means
#-                     rows.append(torch.stack(heads[group * each : (group + 1) * each]).mean(dim=0))
#+                     rows.append(torch.stack(heads[group * each : (group + 1) * each]).sum(dim=0))

# %% wrong values_first from repeated: values stand before keys
#-         k, v = self.c_kv(x).chunk(2, dim=-1)
#+         v, k = self.c_kv(x).chunk(2, dim=-1)

# %% wrong zero_groups from repeated: only divisibility is checked, so that negative groups fail elsewhere and zero with another error
#-         if n_groups < 1 or config.n_heads % n_groups:
#+         if config.n_heads % n_groups:

# %% wrong keys_detached from repeated: keys and values count as constants on the way back
#-         k, v = (t.repeat_interleave(self.n_heads // self.n_groups, dim=1) for t in (k, v))
#+         k, v = (t.detach().repeat_interleave(self.n_heads // self.n_groups, dim=1) for t in (k, v))

# %% wrong weights_detached from loops: the attention weights are computed outside of the graph
#-             outputs.append(causal_attention_weights(q, pieces[group]) @ pieces[self.n_groups + group])
#+             with torch.no_grad():
#+                 weights = causal_attention_weights(q, pieces[group])
#+             outputs.append(weights @ pieces[self.n_groups + group])

# %% wrong no_grad_in_eval from repeated: outside of training, no gradient passes
#-         context = F.scaled_dot_product_attention(q, k, v, is_causal=True)
#+         with torch.set_grad_enabled(self.training):
#+             context = F.scaled_dot_product_attention(q, k, v, is_causal=True)

# %% wrong mask_of_64 from five_axes: the mask is made for 64 positions
#-         scores = scores + torch.full((seq, seq), -torch.inf, dtype=x.dtype).triu(1)
#+         scores = scores + torch.full((64, 64), -torch.inf, dtype=x.dtype).triu(1)[:seq, :seq]

# %% wrong float32_zeros from zeros_filled: the heads are written into zeros of float32, whatever the format
#-         out = torch.zeros(batch, seq, emb, dtype=x.dtype)
#+         out = torch.zeros(batch, seq, emb)

# %% wrong float32_mask from five_axes: the mask is float32, which a model in 16 bits does not bear
#-         scores = scores + torch.full((seq, seq), -torch.inf, dtype=x.dtype).triu(1)
#+         scores = scores + torch.full((seq, seq), -torch.inf).triu(1)

# %% wrong new_in_float32 from repeated: the new layer is float32, whatever the format of the original
#-     new = GroupedQueryAttention(config, n_groups).to(attention.c_proj.weight.dtype)
#+     new = GroupedQueryAttention(config, n_groups)

# %% wrong original_to_float32 from repeated: the original is brought to float32
#-     new = GroupedQueryAttention(config, n_groups).to(attention.c_proj.weight.dtype)
#+     new = GroupedQueryAttention(config, n_groups)
#+     attention.float()

# %% wrong original_to_eval from repeated: the original is put into evaluation mode
#-     new = GroupedQueryAttention(config, n_groups).to(attention.c_proj.weight.dtype)
#+     attention.eval()
#+     new = GroupedQueryAttention(config, n_groups)

# %% wrong original_frozen from repeated: the original's parameters are frozen for copying
#-     new = GroupedQueryAttention(config, n_groups).to(attention.c_proj.weight.dtype)
#+     attention.requires_grad_(False)
#+     new = GroupedQueryAttention(config, n_groups)

# %% wrong new_frozen from zeros_filled: the new layer's keys and values cannot be trained
#-     new.c_kv.weight.data = torch.cat([mean(old.weight.data[n : 2 * n]), mean(old.weight.data[2 * n :])])
#+     means = torch.cat([mean(old.weight.data[n : 2 * n]), mean(old.weight.data[2 * n :])])
#+     new.c_kv.weight = nn.Parameter(means, requires_grad=False)

# %% wrong pairs_only from repeated: the mean of two heads, whatever the number in a group
#-                     rows.append(torch.stack(heads[group * each : (group + 1) * each]).mean(dim=0))
#+                     rows.append((heads[group * each] + heads[(group + 1) * each - 1]) / 2)

# %% wrong remembers_keys from repeated: keys and values of the call are kept in the module
#-         k, v = (t.repeat_interleave(self.n_heads // self.n_groups, dim=1) for t in (k, v))
#+         k, v = (t.repeat_interleave(self.n_heads // self.n_groups, dim=1) for t in (k, v))
#+         self.cache = (k, v)

# %% wrong shares_without_mean from repeated: with as many groups as heads, nothing is averaged, and the new weight is the original's memory
#-     with torch.no_grad():
#+     if n_groups == config.n_heads:
#+         new.c_q.weight.data, new.c_kv.weight.data = attention.c_attn.weight.data.split([d * n_groups, 2 * d * n_groups])
#+         if config.qkv_bias:
#+             new.c_q.bias.data, new.c_kv.bias.data = attention.c_attn.bias.data.split([d * n_groups, 2 * d * n_groups])
#+         new.c_proj.load_state_dict(attention.c_proj.state_dict())
#+         return new
#+     with torch.no_grad():

# %% wrong float32_map from map_of_heads: the map of zeros and ones is float32, whatever the format
#-         uses = torch.zeros(self.n_heads, self.n_groups, dtype=x.dtype)
#+         uses = torch.zeros(self.n_heads, self.n_groups)

# %% wrong two_sequences_at_most from loops: only the first two sequences of the batch are computed, the others stay zero
#-         d = self.config.head_dim
#-         queries = self.c_q(x).split(d, dim=-1)
#-         pieces = self.c_kv(x).split(d, dim=-1)
#+         d = self.config.head_dim
#+         few = torch.cat([x[:2], torch.zeros_like(x[2:])])
#+         queries = self.c_q(few).split(d, dim=-1)
#+         pieces = self.c_kv(few).split(d, dim=-1)

# %% wrong no_way_back_in_16_bits from loops: in 16 bits nothing is kept for the way back
#-         return self.c_proj(torch.cat(outputs, dim=-1))
#+         context = torch.cat(outputs, dim=-1)
#+         return self.c_proj(context.detach() if x.dtype.itemsize == 2 else context)

# %% wrong attention_in_float32 from repeated: attention is computed in float32, whatever the format
#-         context = F.scaled_dot_product_attention(q, k, v, is_causal=True)
#+         context = F.scaled_dot_product_attention(q.float(), k.float(), v.float(), is_causal=True).to(x.dtype)

# %% wrong keeps_keys_and_values from repeated: keys and values are kept in an attribute
#-         context = F.scaled_dot_product_attention(q, k, v, is_causal=True)
#+         self._cache = k.detach(), v.detach()
#+         context = F.scaled_dot_product_attention(q, k, v, is_causal=True)

# %% wrong made_in_float32 from repeated: the new one is float32 until the end
#-     new = GroupedQueryAttention(config, n_groups).to(attention.c_proj.weight.dtype)
#+     new = GroupedQueryAttention(config, n_groups)

#-     return new
#+     return new.to(attention.c_proj.weight.dtype)

# %% wrong frozen_as_the_original from repeated: parameters are frozen where the original's are
#-     return new
#+     for name, parameter in new.c_proj.named_parameters():
#+         parameter.requires_grad_(getattr(attention.c_proj, name).requires_grad)
#+     return new

# %% wrong original_thawed from repeated: the original's parameters are frozen for the copy and all thawed after it
#-     with torch.no_grad():
#+     attention.requires_grad_(False)
#+     with torch.no_grad():

#-     return new
#+     attention.requires_grad_(True)
#+     return new

# %% wrong original_through_float32 from repeated: the original is brought to float32 and back, which costs its last digits
#-     with torch.no_grad():
#+     dtype = attention.c_proj.weight.dtype
#+     attention.float()
#+     with torch.no_grad():

#-     return new
#+     attention.to(dtype)
#+     return new
