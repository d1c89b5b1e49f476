# correct: NumPy computes both
import numpy as np


def tanh_and_inner(x):
    root = np.sqrt(2 / np.pi)
    return np.tanh(root * (x + 0.044715 * x**3)), root * (1 + 3 * 0.044715 * x**2)


class Gelu(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        t, _ = tanh_and_inner(x.detach().numpy().clip(-1e10, 1e10))
        return x * torch.as_tensor(0.5 * (1 + t), dtype=x.dtype)

    @staticmethod
    def backward(ctx, grad):
        near = ctx.saved_tensors[0].detach().numpy().clip(-10, 10)
        t, inner = tanh_and_inner(near)
        return grad * torch.as_tensor(0.5 * (1 + t) + 0.5 * near * (1 - t**2) * inner, dtype=grad.dtype)
