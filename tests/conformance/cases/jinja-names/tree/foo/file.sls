c:
  test.nop:
    - sls: {{ sls }}
    - slspath: {{ slspath }}
    - tplfile: {{ tplfile }}
    - tpldir: {{ tpldir }}
