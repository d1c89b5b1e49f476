"""transformers' GPT-2 in the sizes of our configurations: what other people wrote, to compare with."""

import torch
from transformers import GPT2Config, GPT2LMHeadModel

from gptutils.config import GPTConfig
from gptutils.model import GPT


def gpt2_of(config: GPTConfig, **changes) -> GPT2LMHeadModel:
    """A fresh GPT-2 of transformers with the sizes and dropout of ``config``; its c_attn always has a bias."""
    return GPT2LMHeadModel(
        GPT2Config(
            vocab_size=config.vocab_size,
            n_positions=config.context_length,
            n_embd=config.emb_dim,
            n_head=config.n_heads,
            n_layer=config.n_layers,
            embd_pdrop=config.drop_rate,
            attn_pdrop=config.drop_rate,
            resid_pdrop=config.drop_rate,
            bos_token_id=0,
            eos_token_id=0,
            **changes,
        )
    )


def random_model(config: GPTConfig, dtype: torch.dtype = torch.float32, seed: int = 0) -> GPT:
    """Every parameter random: fresh biases of 0 and weights of 0.02 would hide mistakes."""
    torch.manual_seed(seed)
    model = GPT(config).to(dtype)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            is_gain = ".ln_" in f".{name}" and name.endswith("weight")
            parameter.normal_(1.0 if is_gain else 0.0, 0.15)
    return model


def huggingface_name(name: str) -> str:
    return f"transformer.{name.replace('blocks', 'h')}"


def is_conv1d(name: str) -> bool:
    """transformers keeps these as [in, out], torch's Linear as [out, in]."""
    return name.endswith(("c_attn.weight", "c_proj.weight", "c_fc.weight"))


def huggingface_twin(model: GPT) -> GPT2LMHeadModel:
    """transformers' GPT-2 with the same sizes, dropout and weights."""
    config = model.config
    other = gpt2_of(config, attn_implementation="eager").to(model.wte.weight.dtype)
    state = {
        huggingface_name(name): tensor.T if is_conv1d(name) else tensor for name, tensor in model.state_dict().items()
    }
    if not config.qkv_bias:
        for i in range(config.n_layers):
            state[f"transformer.h.{i}.attn.c_attn.bias"] = torch.zeros(3 * config.emb_dim)
    missing, unexpected = other.load_state_dict(state, strict=False)
    assert missing == ["lm_head.weight"]  # tied to wte
    assert not unexpected
    return other
