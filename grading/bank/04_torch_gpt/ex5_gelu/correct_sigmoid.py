# correct: tanh as a sigmoid of the double
def twice_u(x):
    return math.sqrt(8 / math.pi) * (x + 0.044715 * x * x * x)


class Gelu(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * torch.sigmoid(twice_u(x))

    @staticmethod
    def backward(ctx, grad):
        x = ctx.saved_tensors[0].clip(-10, 10)
        s = torch.sigmoid(twice_u(x))
        return grad * (s + x * s * (1 - s) * math.sqrt(8 / math.pi) * (1 + 3 * 0.044715 * x**2))
