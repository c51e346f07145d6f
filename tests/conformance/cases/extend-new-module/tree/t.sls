include: [b]
extend:
  web:
    cmd.run:
      - name: 'true'
