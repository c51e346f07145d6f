base: {'cm-*': [main]}
