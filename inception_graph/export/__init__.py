"""Files that run a network without this package: ONNX, programs of torch.export, packages of AOTInductor."""
