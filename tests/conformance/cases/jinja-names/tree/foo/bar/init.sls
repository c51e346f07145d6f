b:
  test.nop:
    - sls: {{ sls }}
    - slspath: {{ slspath }}
    - sls_path: {{ sls_path }}
    - slsdotpath: {{ slsdotpath }}
    - slscolonpath: {{ slscolonpath|yaml_dquote }}
    - tplfile: {{ tplfile }}
    - tpldir: {{ tpldir }}
    - tpldot: {{ tpldot }}
