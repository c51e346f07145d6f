a:
  test.nop:
    - name: {{ pillar.web.prot }}
