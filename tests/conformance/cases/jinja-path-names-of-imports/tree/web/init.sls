{% import 'lib/deep/p.jinja' as p %}{% import 'lib/deep/q.jinja' as q with context %}a:
  test.nop:
    - p: {{ p.where }}
    - q: {{ q.where }}
    - own: {{ tpldir }} {{ tplfile }} {{ tpldot }} {{ slspath }} {{ sls_path }} {{ slsdotpath }} {{ slscolonpath }}
