a:
  test.nop:
    - name: {{ salt['file.read']('/does/not/exist') }}
