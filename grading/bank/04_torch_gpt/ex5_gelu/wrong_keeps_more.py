# wrong: the tanh is kept, too
class Gelu(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        t = torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))
        ctx.save_for_backward(x, t)
        return 0.5 * x * (1 + t)

    @staticmethod
    def backward(ctx, grad):
        x, t = ctx.saved_tensors
        x = x.clamp(-10, 10)
        return grad * 0.5 * (1 + t + x * (1 - t * t) * math.sqrt(2 / math.pi) * (1 + 0.134145 * x * x))
