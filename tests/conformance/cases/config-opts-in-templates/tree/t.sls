{% for key in ['id', 'renderer', 'state_top', 'file_client', 'local', 'test', 'saltenv', 'pillarenv', 'failhard', 'hash_type', 'cachedir', 'extension_modules', 'root_dir', 'conf_file', 'state_output', 'state_verbose', 'master', '__role', '__cli', 'env_order', 'default_top', 'top_file_merging_strategy', 'pillar_source_merging_strategy', 'state_aggregate', 'disabled_requisites', 'mine', 'fileserver_backend', 'file_roots', 'pillar_roots', 'nodegroups', 'jinja_trim_blocks'] %}
{{ key }}:
  test.nop:
    - value: {{ opts.get(key, 'absent') | json }}
{% endfor %}
get:
  test.nop:
    - own: {{ salt['config.get']('mine:own') | json }}
    - top: {{ salt['config.get']('default_top') | json }}
    - option: {{ salt['config.option']('hash_type') | json }}
