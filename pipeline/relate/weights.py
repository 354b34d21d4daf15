"""The weights by which stories are told, written by `python benchmarks/stories_fit.py --write`."""

BIAS = -3.027
WEIGHTS = (
    -1.189, 0.901, 0.704, -2.048, 0.674, -2.017, 1.347, 2.471, -2.254, -0.662, 2.070, 0.224, -1.391, -1.760, 1.761, -1.608, 1.179, -0.488, -0.504, -1.899, 2.087, 2.197, 0.906, 0.853, 1.867, 1.149,
)
