import torch
import torch.nn.functional as functional

from reference import between

between("convolution/signal", functional.conv1d, [(2, 2, 6), (3, 2, 3), (3,)], [(1, 1, 1), (2, 1, 1), (2,)])
between("convolution/image", lambda x, w, b: functional.conv2d(x, w, b, padding=1), [(2, 2, 3, 4), (3, 2, 3, 3), (3,)])
between("convolution/strides, dilations and groups",
        lambda x, w: functional.conv2d(x, w, stride=(2, 3), padding=(2, 1), dilation=(1, 2), groups=2),
        [(1, 4, 5, 6), (6, 2, 3, 2)])
between("convolution/depthwise, same", lambda x, w: functional.conv2d(x, w, padding='same', groups=3),
        [(2, 3, 4, 3), (3, 1, 3, 2)])
between("convolution/volume", lambda x, w: functional.conv3d(x, w, stride=(1, 2, 1)), [(1, 2, 3, 3, 2), (2, 2, 2, 2, 2)])
between("convolution/without a batch", lambda x, w: functional.conv2d(x, w, stride=2), [(2, 5, 4), (1, 2, 2, 2)])
between("convolution/of itself", lambda x: functional.conv1d(x, x, padding=1), [(2, 2, 3)])


def gradient_of_weights(x, g):
    w = torch.zeros(2, 2, 3, requires_grad=True)
    return torch.autograd.grad(functional.conv1d(x, w), w, g, create_graph=True)[0]


between("convolution_weights/signal", gradient_of_weights, [(2, 2, 5), (2, 2, 3)])
between("convolution_back/signal", functional.conv_transpose1d, [(2, 2, 4), (2, 3, 3), (3,)])
between("convolution_back/strides and groups",
        lambda x, w: functional.conv_transpose2d(x, w, stride=(2, 3), padding=1, output_padding=(1, 0), groups=2),
        [(1, 4, 2, 3), (4, 1, 3, 2)])
between("convolution_back/dilated volume", lambda x, w: functional.conv_transpose3d(x, w, dilation=(1, 2, 1)),
        [(1, 1, 2, 2, 2), (1, 2, 2, 2, 2)])


def line(f, **options):
    return lambda x: f(x.reshape(1, 1, -1), 3, stride=1, padding=1, **options).reshape(x.shape)


between("max_pool/of neighbours", line(functional.max_pool1d), [(2, 2)])
between("max_pool/signal", lambda x: functional.max_pool1d(x, 2, stride=1), [(1, 2, 5)], [(2, 3)])
between("max_pool/image", lambda x: functional.max_pool2d(x, 2), [(2, 1, 4, 3)])
between("max_pool/padded and dilated",
        lambda x: functional.max_pool2d(x, (3, 2), stride=(2, 1), padding=1, dilation=(1, 2), ceil_mode=True),
        [(1, 1, 4, 4)])
between("avg_pool/of neighbours", line(functional.avg_pool1d), [(2, 2)])
between("avg_pool/signal", lambda x: functional.avg_pool1d(x, 2, stride=1), [(1, 2, 4)], [(2, 3)])
between("avg_pool/image", lambda x: functional.avg_pool2d(x, (2, 3), padding=1), [(1, 2, 4, 5)])
between("avg_pool/without the padding",
        lambda x: functional.avg_pool2d(x, 3, stride=2, padding=1, ceil_mode=True, count_include_pad=False),
        [(1, 1, 4, 5)])
between("avg_pool/adaptive", lambda x: functional.adaptive_avg_pool2d(x, (3, 2)), [(1, 2, 5, 4)], [(2, 2, 2)])
between("avg_pool/adaptive signal", lambda x: functional.adaptive_avg_pool1d(x, 2), [(1, 2, 5)])
