a:
  test.nop:
    - name: {{ grains['os_famly'] }}
