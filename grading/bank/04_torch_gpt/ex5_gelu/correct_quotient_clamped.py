# correct: 1 / (1 + exp) for the value; the exponent is kept small in the derivative
ROOT = math.sqrt(8 / math.pi)


class Gelu(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x - x / (1 + torch.exp(ROOT * (x + 0.044715 * x**3)))

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        x = x.clamp(-8, 8)
        s = 1 / (1 + torch.exp(-ROOT * (x + 0.044715 * x**3)))
        return grad * s * (1 + x * (1 - s) * ROOT * (1 + 0.134145 * x**2))
