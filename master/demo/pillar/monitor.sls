role: monitor
watched: [fp-1, fp-2, fp-3, fp-4]
