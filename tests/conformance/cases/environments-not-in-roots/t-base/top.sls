base: {'*': [x]}
stage: {'*': [x]}
