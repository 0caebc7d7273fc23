import torch
import torch.nn.functional as functional

from reference import between, case

fft = torch.fft


def both(z):
    return torch.stack([z.real, z.imag])


def of_pair(f):
    return lambda a, b, *rest: f(torch.complex(a, b), *rest)


def pairs(*shapes):
    return [(shape, shape) for shape in shapes]


between("fft/complex", of_pair(lambda z: both(fft.fft(z))), *pairs((4,), (2, 3), (1,)))
between("fft/real", lambda x: both(fft.fft(x)), [(5,)], [(2, 6)])
between("fft/5 along axis 0, ortho", of_pair(lambda z: both(fft.fft(z, 5, 0, "ortho"))), *pairs((3, 2), (7,), (5,)))
between("fft/2, forward", of_pair(lambda z: both(fft.fft(z, 2, norm="forward"))), *pairs((3,), (2, 1)))
between("fft/two axes", of_pair(lambda z: both(fft.fft2(z))), *pairs((2, 3), (2, 1, 2)))
between("ifft/complex", of_pair(lambda z: both(fft.ifft(z))), *pairs((4,), (2, 3), (1,)))
between("ifft/real", lambda x: both(fft.ifft(x)), [(5,)])
between("ifft/5 along axis 0, ortho", of_pair(lambda z: both(fft.ifft(z, 5, 0, "ortho"))), *pairs((3, 2), (7,)))
between("ifft/two axes", of_pair(lambda z: both(fft.ifft2(z, (2, 3), (1, 0)))), *pairs((2, 3)))
between("rfft/rows", lambda x: both(fft.rfft(x)), [(6,)], [(2, 5)], [(1,)], [(2,)], [(37,)])
between("rfft/5 along axis 0, ortho", lambda x: both(fft.rfft(x, 5, 0, "ortho")), [(3, 2)], [(7,)])
between("rfft/two axes", lambda x: both(fft.rfft2(x)), [(2, 4)], [(3, 3)])
between("irfft/even", of_pair(lambda z: fft.irfft(z)), *pairs((4,), (2, 3), (2,), (16,)))
between("irfft/odd", of_pair(lambda z: fft.irfft(z, 5)), *pairs((3,), (2, 3), (2,), (4,)))
between("irfft/of equal parts", lambda x: fft.irfft(torch.complex(x, x), 5), [(3,)])
between("irfft/3 along axis 0, ortho", of_pair(lambda z: fft.irfft(z, 3, 0, "ortho")), *pairs((2, 2)))
between("irfft/two axes", of_pair(lambda z: fft.irfft2(z)), *pairs((2, 3)))


def interpolations(variant, shapes, **options):
    between("interpolate/" + variant, lambda x: functional.interpolate(x, **options), *([shape] for shape in shapes))


# Single quotes: in double ones it is the name of another op, which tests/house/ops.cmake looks for.
line, image = [(1, 2, 4), (2, 1, 1)], [(1, 2, 2, 3)]
interpolations("nearest", line, size=5)
interpolations("nearest by 2", image, scale_factor=2)
interpolations("linear, 7", line, size=7, mode='linear')
between("interpolate/linear of all", lambda x: functional.interpolate(x.reshape(1, 1, -1), size=7, mode='linear'),
        [(2, 2)], [(3,)])
interpolations("linear, corners", line, size=7, mode='linear', align_corners=True)
interpolations("linear, fewer", [(1, 1, 5)], scale_factor=0.6, mode='linear')
interpolations("bilinear", image, size=(3, 4), mode="bilinear")
interpolations("bilinear by 2 and 1.5", image, scale_factor=(2, 1.5), mode="bilinear")
interpolations("bilinear, corners", image, size=(1, 4), mode="bilinear", align_corners=True)
interpolations("bicubic", image, size=(3, 5), mode="bicubic")
interpolations("bicubic, corners", image, size=(3, 5), mode="bicubic", align_corners=True)
interpolations("bicubic by 0.7", [(1, 1, 3, 4)], scale_factor=0.7, mode="bicubic")


def stft(x, n_fft, window=None, **options):
    """PyTorch's window is shorter than n_fft under another name, and given."""
    length = n_fft if window is None else window.numel()
    window = torch.ones(n_fft) if window is None else window
    return both(torch.stft(x, n_fft, win_length=length, window=window, return_complex=True, **options))


between("rfft/stft", lambda x: stft(x, 4, hop_length=2), [(6,)], [(2, 5)], [(9,)])
between("rfft/stft with a window", lambda x, w: stft(x, 4, w, hop_length=1), [(5,), (4,)], [(5,), (3,)])
between("rfft/stft, not centred, normalized",
        lambda x: stft(x, 5, hop_length=1, center=False, normalized=True), [(6,)])
between("fft/stft of both sides",
        lambda x: stft(x, 4, hop_length=2, pad_mode="constant", onesided=False), [(6,)])
between("irfft/istft", lambda a, b, w: torch.istft(torch.complex(a, b), 4, 2, window=w * w + 1),
        [(3, 3), (3, 3), (4,)], [(2, 3, 2), (2, 3, 2), (4,)])


def quotient(a, b, c, d):
    z, w = torch.complex(a, b), torch.complex(c, d)
    return both(fft.fft((z * w - a * w.conj() + w * b) / (w * w + 9)))


def polar(a, b):
    z = 2 / (1 - torch.complex(a, b)) / 3 + a
    return both(fft.fft(torch.complex(z.abs(), z.angle())))


case("fft/of products and quotients", quotient, [(3,), (3,), (2, 3), (2, 3)])
case("fft/of sizes and angles", polar, [(3,), (3,)], low=0.2, high=0.8)
