include:
  - tool.package
