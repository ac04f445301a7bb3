#!/bin/sh
# torch 2.13.0 with onnx 1.23.2 and onnxscript 0.7.2: torch.onnx.export(dynamo=True), also with
# verbose=False, writes the Python stack trace of every operation into the metadata of its node. A
# published model names the folders of the machine that exported it, and the same model exported
# from another folder has other bytes and another checksum.
#
# Seen for a model of two layers, exported by a script in two folders: the files differ, and each
# names its own folder. The pass ClearMetadataAndDocStringPass of onnx-ir 1.1.0 makes them equal.
# Exits 0 while that is so, 1 once it changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.13.0
"$folder/venv/bin/pip" install --quiet onnx==1.23.2 onnxscript==0.7.2 onnx-ir==1.1.0
for place in first second; do
    mkdir "$folder/$place"
    cat > "$folder/$place/model.py" <<'PYTHON'
import sys

import torch
from onnx_ir.passes.common import ClearMetadataAndDocStringPass

torch.manual_seed(1)
model = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.ReLU(), torch.nn.Linear(3, 2)).eval()


class Scorer(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = model

    def forward(self, x):
        return self.layers(x).softmax(-1)


program = torch.onnx.export(Scorer().eval(), (torch.ones(1, 4),), dynamo=True, verbose=False)
program.save("as-exported.onnx", external_data=False)
ClearMetadataAndDocStringPass()(program.model)
program.save("cleared.onnx", external_data=False)
PYTHON
    (cd "$folder/$place" && "$folder/venv/bin/python" "$folder/$place/model.py" > /dev/null)
done
status=0
for place in first second; do
    count=$(grep -c -a "$folder/$place/model.py" "$folder/$place/as-exported.onnx" || true)
    echo "lines of $place/as-exported.onnx that name its folder: $count"
    [ "$count" -gt 0 ] || status=1
done
for name in as-exported cleared; do
    if cmp -s "$folder/first/$name.onnx" "$folder/second/$name.onnx"; then same=equal; else same=different; fi
    echo "$name.onnx of the two folders: $same"
done
! cmp -s "$folder/first/as-exported.onnx" "$folder/second/as-exported.onnx" || status=1
cmp -s "$folder/first/cleared.onnx" "$folder/second/cleared.onnx" || status=1
exit $status
