#!/usr/bin/env python3
"""check_torch.py NET...: PyTorch's forward pass of exported nets against ours.

Reads the weights with the safetensors package, rebuilds residual nets (conv-norm-ReLU order, plain
blocks, dense heads) from the description in the metadata, and compares with what
build/release/tests/tools/dump_forward prints (make tools). No dependency of the project: without
torch and safetensors it says so and ends with status 0.
"""
import json
import subprocess
import sys

try:
    import torch
    import torch.nn.functional as F
    from safetensors import safe_open
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(0)

BOUND = 1e-4
POLICY, WDL, SCALARS = 0, 1, 4


def conv_norm(w, x, conv, norm, pad):
    x = F.conv2d(x, w[conv + ".weight"], w.get(conv + ".bias"), padding=pad)
    if norm + ".weight" not in w:
        return x
    return F.batch_norm(x, w[norm + ".running_mean"], w[norm + ".running_var"],
                        w[norm + ".weight"], w[norm + ".bias"], eps=1e-5)


def trunk(w, desc, x):
    x = F.relu(conv_norm(w, x, "trunk.stem.conv", "trunk.stem.norm", 1))
    for i in range(desc["blocks"]):
        p = f"trunk.block{i}."
        y = F.relu(conv_norm(w, x, p + "conv1", p + "norm1", 1))
        x = F.relu(conv_norm(w, y, p + "conv2", p + "norm2", 1) + x)
    return x


def head(w, desc, x):
    p = f"heads.{desc['name']}."
    if p + "conv1.weight" in w:
        x = F.relu(conv_norm(w, x, p + "conv1", p + "norm1", 0))
    x = x.flatten(1)
    if p + "fc1.weight" in w:
        x = F.relu(F.linear(x, w[p + "fc1.weight"], w[p + "fc1.bias"]))
    return F.linear(x, w[p + "out.weight"], w[p + "out.bias"])


def check(path):
    with safe_open(path, "pt") as f:
        desc = json.loads(f.metadata()["ludus.net"])
        w = {name: f.get_tensor(name) for name in f.keys()}
    kinds = {h["kind"] for h in desc["heads"]}
    if (desc["trunk"] != 0 or desc["preactivation"] or desc["se_channels"] or desc["gpool_every"]
            or kinds - {POLICY, WDL, SCALARS} or any(h.get("pooled") for h in desc["heads"])):
        print(f"{path}: skipped, not a plain residual net")
        return True
    ours = json.loads(subprocess.run(["build/release/tests/tools/dump_forward", path], check=True,
                                     capture_output=True, text=True).stdout)
    rows = ours["rows"]
    x = torch.tensor(ours["in"], dtype=torch.float32).reshape(rows, *desc["in_shape"])
    x = trunk(w, desc, x)
    gap = max(float((head(w, h, x) - torch.tensor(ours[h["name"]]).reshape(rows, -1)).abs().max())
              for h in desc["heads"])
    print(f"{path}: largest difference {gap:.2g}, {'within' if gap <= BOUND else 'BEYOND'} {BOUND}")
    return gap <= BOUND


sys.exit(0 if all([check(path) for path in sys.argv[1:]]) else 1)
