include: [b]
exclude:
  - id: gone
