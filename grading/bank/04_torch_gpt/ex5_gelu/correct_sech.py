# correct: the hyperbolic cosine for the derivative of tanh
class Gelu(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        x = torch.clamp(x, min=-10.0, max=10.0)
        root = math.sqrt(2 / math.pi)
        t = torch.tanh(root * (x + 0.044715 * x**3))
        slope = (1 + t) / 2 + x / 2 * root * (1 + 3 * 0.044715 * x.square()) / torch.cosh(root * (x + 0.044715 * x**3)) ** 2
        return grad * slope
