a:
  test.nop:
    - sls: {{ sls }}
    - slspath: {{ slspath|yaml_dquote }}
    - tplfile: {{ tplfile }}
    - tpldir: {{ tpldir }}
    - saltenv: {{ saltenv }}
    - env: {{ env is defined }}
    - id: {{ grains['id'] }} {{ grains.id }} {{ opts['id'] }}
include:
  - foo.bar
  - foo.file
