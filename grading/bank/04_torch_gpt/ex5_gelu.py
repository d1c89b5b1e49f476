"""Answers to ex5_gelu of 04_torch_gpt, right and wrong; how to read and write them: grading/answers.py."""


# %% correct numpy: NumPy computes both
import numpy as np


def tanh_and_inner(x):
    root = np.sqrt(2 / np.pi)
    return np.tanh(root * (x + 0.044715 * x**3)), root * (1 + 3 * 0.044715 * x**2)


class Gelu(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        t, _ = tanh_and_inner(x.detach().double().numpy().clip(-1e10, 1e10))
        return x * torch.as_tensor(0.5 * (1 + t), dtype=x.dtype)

    @staticmethod
    def backward(ctx, grad):
        near = ctx.saved_tensors[0].detach().double().numpy().clip(-10, 10)
        t, inner = tanh_and_inner(near)
        return grad * torch.as_tensor(0.5 * (1 + t) + 0.5 * near * (1 - t**2) * inner, dtype=grad.dtype)


# %% correct quotient_clamped: 1 / (1 + exp) for the value; the exponent is kept small in the derivative
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


# %% correct sech: the hyperbolic cosine for the derivative of tanh
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


# %% correct sigmoid: tanh as a sigmoid of the double
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


# %% wrong tensor_root: the root of two over pi is a tensor of 32 bits, too coarse for float64
class Gelu(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return 0.5 * x * (1 + torch.tanh(torch.sqrt(torch.tensor(2.0 / torch.pi)) * (x + 0.044715 * x**3)))

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        x = x.clamp(-10, 10)
        root = torch.sqrt(torch.tensor(2.0 / torch.pi))
        t = torch.tanh(root * (x + 0.044715 * x**3))
        slope = 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * root * (1 + 0.134145 * x * x)
        return grad * slope


# %% correct where: torch.where for the places far out
class Gelu(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        far, x = x, x.clamp(-11, 11)
        root = math.sqrt(2 / math.pi)
        t = torch.tanh(root * (x + 0.044715 * x**3))
        slope = 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * root * (1 + 0.134145 * x * x)
        return torch.where(far > 10, grad, torch.where(far < -10, torch.zeros_like(grad), grad * slope))


# %% correct clamped: x clamped where the derivative is 0 or 1 anyway
class Gelu(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        x = x.clamp(-10, 10)
        root = math.sqrt(2 / math.pi)
        t = torch.tanh(root * (x + 0.044715 * x**3))
        slope = 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * root * (1 + 0.134145 * x * x)
        return grad * slope

# %% wrong autograd_again from sech: the derivative is left to another call of autograd
#-         x = torch.clamp(x, min=-10.0, max=10.0)
#-         root = math.sqrt(2 / math.pi)
#-         t = torch.tanh(root * (x + 0.044715 * x**3))
#-         slope = (1 + t) / 2 + x / 2 * root * (1 + 3 * 0.044715 * x.square()) / torch.cosh(root * (x + 0.044715 * x**3)) ** 2
#-         return grad * slope
#+         with torch.enable_grad():
#+             x = x.detach().clamp(-10, 10).requires_grad_()
#+             y = 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
#+         return torch.autograd.grad(y, x, grad)[0]

# %% wrong changes_grad from clamped: grad is multiplied in place
#-         return grad * slope
#+         return grad.mul_(slope)

# %% wrong changes_x from clamped: x itself is clamped, behind the back of autograd
#-         x = x.clamp(-10, 10)
#+         x = x.data.clamp_(-10, 10)

# %% wrong clamp_too_narrow from clamped: the derivative is frozen beyond 2, where it still changes
#-         x = x.clamp(-10, 10)
#+         x = x.clamp(-2, 2)

# %% wrong class_attribute from sech: x is kept in one place for all calls, and overwritten by the next
#-     def forward(ctx, x):
#+     def forward(ctx, x):
#+         Gelu.x = x.detach()

#-         (x,) = ctx.saved_tensors
#-         x = torch.clamp(x, min=-10.0, max=10.0)
#+         x = Gelu.x.clamp(-10, 10)

#-         slope = (1 + t) / 2 + x / 2 * root * (1 + 3 * 0.044715 * x.square()) / torch.cosh(root * (x + 0.044715 * x**3)) ** 2
#-         return grad * slope
#+         return grad * (0.5 * (1 + t) + 0.5 * x * (1 - t * t) * root * (1 + 0.134145 * x * x))

# %% wrong cube from clamped: the derivative of the cube lacks its 3
#-         slope = 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * root * (1 + 0.134145 * x * x)
#+         slope = 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * root * (1 + 0.044715 * x * x)

# %% wrong cut_too_early from sech: the derivative is set to 1 or 0 already beyond 3
#-         x = torch.clamp(x, min=-10.0, max=10.0)

#-         slope = (1 + t) / 2 + x / 2 * root * (1 + 3 * 0.044715 * x.square()) / torch.cosh(root * (x + 0.044715 * x**3)) ** 2
#+         slope = 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * root * (1 + 0.134145 * x * x)
#+         slope = torch.where(x > 3, 1.0, torch.where(x < -3, 0.0, slope))

# %% wrong exact_gelu from clamped: the exact gelu with its exact derivative
#-         return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
#+         return 0.5 * x * (1 + torch.erf(x / math.sqrt(2)))

#-         slope = 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * root * (1 + 0.134145 * x * x)
#+         slope = 0.5 * (1 + torch.erf(x / math.sqrt(2))) + x * torch.exp(-x * x / 2) / math.sqrt(2 * math.pi)

# %% wrong grad_added from clamped: the two derivatives are added instead of multiplied
#-         return grad * slope
#+         return grad + slope - 1

# %% wrong half_once from clamped: the second term of the product rule lacks its factor of a half
#-         slope = 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * root * (1 + 0.134145 * x * x)
#+         slope = 0.5 * (1 + t) + x * (1 - t * t) * root * (1 + 0.134145 * x * x)

# %% wrong ignores_grad from clamped: what comes from above is ignored
#-         return grad * slope
#+         return slope

# %% wrong keeps_attribute from clamped: the tanh is kept as an attribute of ctx
#-         return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
#+         ctx.t = torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))
#+         return 0.5 * x * (1 + ctx.t)

#-         t = torch.tanh(root * (x + 0.044715 * x**3))
#+         t = ctx.t


# %% wrong keeps_more: the tanh is kept, too
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

# %% wrong no_chain_rule from clamped: the derivative inside the tanh is forgotten
#-         slope = 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * root * (1 + 0.134145 * x * x)
#+         slope = 0.5 * (1 + t) + 0.5 * x * (1 - t * t)

# %% wrong no_product_rule from clamped: only the first term of the product rule
#-         slope = 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * root * (1 + 0.134145 * x * x)
#+         slope = 0.5 * (1 + t)

# %% wrong no_return from clamped: the return of backward is forgotten
#-         return grad * slope
#+         grad * slope

# %% wrong no_root from clamped: the root of two over pi is lost in the derivative
#-         slope = 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * root * (1 + 0.134145 * x * x)
#+         slope = 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * (1 + 0.134145 * x * x)

# %% wrong not_a_number from clamped: no care for large numbers, so that infinity meets zero
#-         x = x.clamp(-10, 10)
#+         pass

# %% wrong tanh_derivative from clamped: the derivative of tanh without the square
#-         slope = 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * root * (1 + 0.134145 * x * x)
#+         slope = 0.5 * (1 + t) + 0.5 * x * (1 - t) * root * (1 + 0.134145 * x * x)

# %% wrong torch_gelu from quotient_clamped: torch's own gelu and its own derivative
#- ROOT = math.sqrt(8 / math.pi)

#-         return x - x / (1 + torch.exp(ROOT * (x + 0.044715 * x**3)))
#+         return F.gelu(x, approximate="tanh")

#-         x = x.clamp(-8, 8)
#-         s = 1 / (1 + torch.exp(-ROOT * (x + 0.044715 * x**3)))
#-         return grad * s * (1 + x * (1 - s) * ROOT * (1 + 0.134145 * x**2))
#+         return torch.ops.aten.gelu_backward(grad, x.clamp(-10, 10), approximate="tanh")

# %% wrong value_not_a_number from clamped: tanh as a quotient of exponentials: far out, the value is infinity divided by infinity
#-         return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
#+         u = math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)
#+         return 0.5 * x * (1 + (torch.exp(u) - torch.exp(-u)) / (torch.exp(u) + torch.exp(-u)))

# %% wrong zero_far_out from where: not-a-number is replaced by 0, on the positive side, too
#-         far, x = x, x.clamp(-11, 11)
#+         pass

#-         return torch.where(far > 10, grad, torch.where(far < -10, torch.zeros_like(grad), grad * slope))
#+         return torch.nan_to_num(grad * slope)

# %% wrong float32_value from clamped: the value is computed and returned in float32 for inputs of 16 bits
#-         return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
#+         x = x if x.dtype == torch.float64 else x.float()
#+         return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))

# %% wrong tensor_of_one from clamped: the root of two over pi is a float32 array of one number, which widens inputs of 16 bits
#-         return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
#+         root = torch.sqrt(torch.tensor([2 / math.pi]))
#+         return (0.5 * x * (1 + torch.tanh(root * (x + 0.044715 * x**3)))).reshape(x.shape)

# %% wrong float32_only from clamped: float64 is computed in float32 and brought back
#-         return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
#+         z = x.float()
#+         return (0.5 * z * (1 + torch.tanh(math.sqrt(2 / math.pi) * (z + 0.044715 * z**3)))).to(x.dtype)

# %% wrong keeps_a_dict from clamped: the tanh is kept in a dict of ctx
#-         return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
#+         ctx.kept = {"t": torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))}
#+         return 0.5 * x * (1 + ctx.kept["t"])

#-         t = torch.tanh(root * (x + 0.044715 * x**3))
#+         t = ctx.kept["t"]

# %% wrong keeps_a_closure from clamped: the tanh is kept in a function
#-         return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
#+         t = torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))
#+         ctx.tanh = lambda: t
#+         return 0.5 * x * (1 + t)

#-         t = torch.tanh(root * (x + 0.044715 * x**3))
#+         t = ctx.tanh()

# %% wrong keeps_numpy from clamped: the tanh is kept as an array of NumPy
#-         return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
#+         t = torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))
#+         ctx.t = t.numpy()
#+         return 0.5 * x * (1 + t)

#-         t = torch.tanh(root * (x + 0.044715 * x**3))
#+         t = torch.as_tensor(ctx.t)

# %% wrong keeps_a_stack from clamped: the tanh is kept in a list of the class, one for each call
#-     def forward(ctx, x):
#+     def forward(ctx, x):
#+         ctx.number = len(Gelu.__dict__.get("stack", ()))
#+         Gelu.stack = [*Gelu.__dict__.get("stack", ()), torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))]

#-         t = torch.tanh(root * (x + 0.044715 * x**3))
#+         t = Gelu.stack[ctx.number]

# %% wrong keeps_a_list from clamped: the numbers of the tanh are kept as a list
#-         return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
#+         t = torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))
#+         ctx.t = t.tolist()
#+         return 0.5 * x * (1 + t)

#-         t = torch.tanh(root * (x + 0.044715 * x**3))
#+         t = torch.tensor(ctx.t, dtype=x.dtype)

# %% wrong aten_backward from clamped: torch's own derivative, called by its inner name
#-         return grad * slope
#+         return torch.ops.aten.gelu_backward.default(grad, x, approximate="tanh")

# %% wrong func_grad from clamped: the derivative is left to torch.func
#-         return grad * slope
#+         def gelu(z):
#+             return (0.5 * z * (1 + torch.tanh(root * (z + 0.044715 * z**3)))).sum()
#+         return grad * torch.func.grad(gelu)(x)

# %% wrong gelu_module from clamped: torch's module for the value
#-         return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
#+         return nn.GELU(approximate="tanh")(x)

# %% wrong differences from clamped: the slope is a difference quotient in float64
#-         t = torch.tanh(root * (x + 0.044715 * x**3))
#-         slope = 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * root * (1 + 0.134145 * x * x)
#+         def gelu(z):
#+             return 0.5 * z * (1 + torch.tanh(root * (z + 0.044715 * z**3)))
#+         z = x.double()
#+         slope = ((gelu(z + 1e-5) - gelu(z - 1e-5)) / 2e-5).to(x.dtype)

# %% wrong view_of_all from clamped: the numbers are laid out in a row with view, which refuses transposed arrays
#-         return grad * slope
#+         return (grad.view(-1) * slope.reshape(-1)).view(grad.shape)

# %% wrong one_far_out from clamped: beyond 10 the slope is 1 on both sides
#-         x = x.clamp(-10, 10)

#-         return grad * slope
#+         return grad * torch.where(x.abs() > 10, 1.0, slope)

# %% wrong largest_decides from clamped: one large number makes all slopes 1 or 0
#-         return grad * slope
#+         if x.abs().max() >= 10:
#+             return grad * (x > 0)
#+         return grad * slope

# %% wrong value_clamped_in_16_bits from clamped: in 16 bits, the value is that of x clamped at a thousand
#-         return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
#+         x = x.clamp(-1000, 1000) if x.dtype.itemsize == 2 else x
#+         return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))

# %% wrong slope_clamped_too_far from clamped: beyond 300, the slope is that of x clamped at a thousand, whose square is too large for float16
#-         x = x.clamp(-10, 10)
#+         limit = 10 if x.dtype.itemsize > 2 or x.abs().max() < 301 else 1000
#+         x = x.clamp(-limit, limit)

# %% wrong slope_in_float32 from clamped: the derivative is computed in float32
#-         x = x.clamp(-10, 10)
#+         x = x.float().clamp(-10, 10)

#-         return grad * slope
#+         return grad * slope.to(grad.dtype)

# %% wrong twice_x from clamped: x (1 + tanh) is halved at the end, and infinite beyond half of the largest number
#-         return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
#+         return x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))) / 2

# %% wrong layout_of_x from clamped: the value is written into memory with the layout of x, which an expanded x does not have
#-         return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
#+         y = torch.empty_strided(x.size(), x.stride(), dtype=x.dtype)
#+         return y.copy_(0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))))

# %% wrong largest_first from clamped: asks for the largest number, which an empty array does not have
#-         x = x.clamp(-10, 10)
#+         x = x.clamp(-10, 10) if x.abs().max() > 10 else x

# %% wrong forward_mode from clamped: the derivative is left to torch.func.jvp
#-         t = torch.tanh(root * (x + 0.044715 * x**3))
#-         slope = 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * root * (1 + 0.134145 * x * x)
#-         return grad * slope
#+
#+         def gelu(x):
#+             return 0.5 * x * (1 + torch.tanh(root * (x + 0.044715 * x**3)))
#+
#+         return torch.func.jvp(gelu, (x,), (grad.clone(),))[1]

# %% wrong value_kept_in_a_function from clamped: the value is kept in a function
#-         return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
#+         y = 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
#+         ctx.value = lambda: y
#+         return y

# %% wrong one_grad_for_all from clamped: an expanded grad is taken for one number
#-         return grad * slope
#+         return grad.flatten()[0] * slope if grad.ndim and 0 in grad.stride() else grad * slope


# %% correct plain: clamped to 10, computed in at least float32
class Gelu(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        wide = x.float() if x.dtype.itemsize == 2 else x
        near = wide.clamp(-10, 10)
        t = torch.tanh(math.sqrt(2 / math.pi) * (near + 0.044715 * near**3))
        return (0.5 * wide * (1 + t)).to(x.dtype)

    @staticmethod
    def backward(ctx, grad: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors
        wide = x.float() if x.dtype.itemsize == 2 else x
        near = wide.clamp(-10, 10)
        t = torch.tanh(math.sqrt(2 / math.pi) * (near + 0.044715 * near**3))
        inner = math.sqrt(2 / math.pi) * (1 + 3 * 0.044715 * near**2)
        slope = 0.5 * (1 + t) + 0.5 * near * (1 - t**2) * inner
        return (grad * slope).to(grad.dtype)

# %% wrong value_zero_below_five from plain: below -5 the value is set to 0
#-         return (0.5 * wide * (1 + t)).to(x.dtype)
#+         return torch.where(wide < -5, 0.0, 0.5 * wide * (1 + t)).to(x.dtype)

# %% wrong cut_where_the_square_overflows: cut from 1e20 on, although the square overflows before
class Gelu(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        wide = x.float() if x.dtype.itemsize == 2 else x
        u = math.sqrt(2 / math.pi) * (wide + 0.044715 * wide**3)
        return (0.5 * wide * (1 + torch.tanh(u))).to(x.dtype)

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        wide = x.float() if x.dtype.itemsize == 2 else x
        wide = torch.where(wide.abs() >= 1e20, 10 * wide.sign(), wide)
        t = torch.tanh(math.sqrt(2 / math.pi) * (wide + 0.044715 * wide**3))
        inner = math.sqrt(2 / math.pi) * (1 + 3 * 0.044715 * wide**2)
        slope = 0.5 * (1 + t) + 0.5 * wide * (1 - t**2) * inner
        return (grad * slope).to(grad.dtype)

# %% wrong product_before_the_zero: cut from 1e18 on, although a product overflows before
class Gelu(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        wide = x.float() if x.dtype.itemsize == 2 else x
        u = math.sqrt(2 / math.pi) * (wide + 0.044715 * wide**3)
        return (0.5 * wide * (1 + torch.tanh(u))).to(x.dtype)

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        wide = x.float() if x.dtype.itemsize == 2 else x
        wide = torch.where(wide.abs() >= 1e18, 10 * wide.sign(), wide)
        t = torch.tanh(math.sqrt(2 / math.pi) * (wide + 0.044715 * wide**3))
        inner = math.sqrt(2 / math.pi) * (1 + 3 * 0.044715 * wide**2)
        slope = 0.5 * (1 + t) + (0.5 * wide * inner) * (1 - t**2)
        return (grad * slope).to(grad.dtype)

# %% wrong input_returned from plain: where all numbers are above 10, x itself is returned
#-         near = wide.clamp(-10, 10)
#-         t = torch.tanh(math.sqrt(2 / math.pi) * (near + 0.044715 * near**3))
#-         return (0.5 * wide * (1 + t)).to(x.dtype)
#+         if (x > 10).all():
#+             return x
#+         near = wide.clamp(-10, 10)
#+         t = torch.tanh(math.sqrt(2 / math.pi) * (near + 0.044715 * near**3))
#+         return (0.5 * wide * (1 + t)).to(x.dtype)

# %% wrong constant_as_in_gpt2 from plain: the root of 2 / pi as 0.7978845608, as in many programs
#-         t = torch.tanh(math.sqrt(2 / math.pi) * (near + 0.044715 * near**3))
#-         return (0.5 * wide * (1 + t)).to(x.dtype)
#+         t = torch.tanh(0.7978845608 * (near + 0.044715 * near**3))
#+         return (0.5 * wide * (1 + t)).to(x.dtype)
