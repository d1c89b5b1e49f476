"""transformers' GPT-2 in the sizes of our configurations: what other people wrote, to compare with."""

from transformers import GPT2Config, GPT2LMHeadModel

from gptutils.config import GPTConfig


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
