"""A network in whole numbers says about what it said, and its graph says exactly that."""

from __future__ import annotations

import io

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import TensorProto, helper

from luodi.modalities.graph.builder import Builder
from luodi.modalities.image.graph.network import written
from luodi.modalities.image.shrink.quantise import whole, with_whole_weights_only
from luodi.modalities.image.shrink.whole import MOST_BESIDE_STEPS, Rounded, rounded_weight

SPAN = (torch.tensor(-5.0), torch.tensor(5.0))


def graph_of(network, shape) -> bytes:
    b = Builder()
    b("Identity", written(b, network, "images"), to="logits")
    images = helper.make_tensor_value_info("images", TensorProto.FLOAT, ["rows", *shape])
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["rows", "classes"])
    return b.model([images], [logits], {})


def said(model: bytes, images) -> np.ndarray:
    (found,) = onnxruntime.InferenceSession(model).run(None, {"images": images.numpy()})
    return found


def logits(network, images) -> np.ndarray:
    with torch.no_grad():
        return network(images).numpy()


def test_whole_numbers_cost_little_and_the_graph_answers_as_the_network(network, images):
    before = logits(network, images)
    found = whole(network, images[:64], SPAN)
    after = logits(found.network, images)
    assert np.abs(after - before).max() <= 0.15 * np.abs(before).max()
    graph = said(graph_of(found.network, images.shape[1:]), images)
    # a sum on the edge of two steps goes either way, and twenty layers follow it
    assert np.abs(graph - after).max() <= 0.05 * np.abs(after).max()
    assert np.abs(graph - after).mean() <= 0.01 * np.abs(after).max()
    assert np.abs(logits(network, images) - before).max() == 0  # the original is untouched


def test_every_layer_computes_in_whole_numbers(network, images, tmp_path):
    model = graph_of(whole(network, images, SPAN).network, images.shape[1:])
    options = onnxruntime.SessionOptions()
    options.optimized_model_filepath = str(tmp_path / "fused.onnx")
    onnxruntime.InferenceSession(model, options)
    kinds = {node.op_type for node in onnx.load(tmp_path / "fused.onnx").graph.node}
    assert not kinds & {"Conv", "FusedConv", "Gemm", "FusedGemm", "MatMul"}
    assert kinds & {"QLinearConv", "QGemm"}


def test_weights_alone_in_8_bits_answer_nearly_the_same(network, images):
    found = with_whole_weights_only(network)
    before, after = logits(network, images), logits(found.network, images)
    assert 0 < np.abs(after - before).max() <= 0.03 * np.abs(before).max()
    graph = said(graph_of(found.network, images.shape[1:]), images)
    assert graph == pytest.approx(after, abs=float(1e-5 * max(1.0, np.abs(after).max())))


def test_sums_of_two_products_fit_16_bits_on_every_processor(network, images):
    model = onnx.load_from_string(graph_of(whole(network, images, SPAN).network, images.shape[1:]))
    held = [onnx.numpy_helper.to_array(one) for one in model.graph.initializer]
    weights = [one for one in held if one.dtype == np.int8 and one.ndim > 1]
    assert weights
    assert max(np.abs(one.astype(int)).max() for one in weights) * 255 * 2 < 2**15


def test_a_graph_in_whole_numbers_is_a_third_in_size(images):
    from luodi.modalities.image.learn.networks import built

    network = built("resnet8", (3, 20, 20), 4).eval()
    small = whole(network, images, SPAN).network
    shape = images.shape[1:]
    assert len(graph_of(small, shape)) < 0.3 * len(graph_of(network, shape))


def test_the_layer_that_suffers_most_is_named(images):
    from luodi.modalities.image.learn.networks import built

    torch.manual_seed(0)
    network = built("resnet8", (3, 20, 20), 4).eval()
    with torch.no_grad():  # one channel a thousand times the others: 256 steps cannot hold both
        network[1][0].long[0][1].weight[0] = 3000.0
    found = whole(network, images, SPAN)
    assert found.worst is not None and found.worst[0].startswith("1.0.long")
    assert found.worst[1] < 20 < max(found.noise.values())


def test_learning_goes_on_through_rounding(images):
    from luodi.modalities.image.learn.networks import built

    torch.manual_seed(0)
    network = whole(built("lenet", (3, 20, 20), 4, 0.25).eval(), images, SPAN).network.train()
    truth = torch.arange(len(images)) % 4
    mover = torch.optim.Adam(network.parameters(), 3e-3)
    losses = []
    for _ in range(40):
        loss = torch.nn.functional.cross_entropy(network(images), truth)
        mover.zero_grad()
        loss.backward()
        mover.step()
        losses.append(loss.item())
    assert losses[-1] < 0.8 * losses[0]


def test_numbers_beyond_the_span_are_held_at_its_ends():
    one = Rounded(0.1, 100)
    assert one(torch.tensor([-99.0, 0.04, 0.06, 99.0])).tolist() == pytest.approx(
        [-10.0, 0.0, 0.1, 15.5]
    )


def test_weights_keep_a_scale_a_channel():
    weight = torch.tensor([[1.0, -0.5], [0.001, 0.0005]])
    found = rounded_weight(weight, MOST_BESIDE_STEPS)
    assert found[0, 0] == pytest.approx(1.0) and found[1, 0] == pytest.approx(0.001)
    assert torch.abs(found - weight).max() <= 0.5 / MOST_BESIDE_STEPS


def test_a_network_in_whole_numbers_can_be_kept_as_plain_arrays(images):
    from safetensors.numpy import save

    from luodi.modalities.image.learn.networks import built

    network = whole(built("resnet8", (3, 20, 20), 4, 0.5).eval(), images, SPAN).network
    arrays = {name: one.numpy() for name, one in network.state_dict().items()}
    assert io.BytesIO(save(arrays)).getbuffer().nbytes > 0
