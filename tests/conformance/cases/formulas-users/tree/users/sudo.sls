{% from "users/map.jinja" import users with context %}
include: [users]
{% for name, user in salt['pillar.get']('users').items() if user.sudouser is defined and user.sudouser %}
{% if 'sudo_rules' in user or 'sudo_defaults' in user %}
sudoer-{{ name }}:
  file.managed:
    - name: @DIR@/{{ name }}
    - mode: '0440'
    - replace: True
    - contents: |
      {%- if 'sudo_defaults' in user %}
      {%- for entry in user['sudo_defaults'] %}
        Defaults:{{ name }} {{ entry }}
      {%- endfor %}
      {%- endif %}
      {%- if 'sudo_rules' in user %}
      {%- for rule in user['sudo_rules'] %}
        {{ name }} {{ rule }}
      {%- endfor %}
      {%- endif %}
    - require:
      - sls: users
"check sudo {{ name }}":
  cmd.run:
    - name: 'visudo -cf - <<< "{{ user.sudo_rules|first }}" | { read output; echo $output; }'
    - shell: {{ users.visudo_shell }}
    - require_in:
      - file: sudoer-{{ name }}
{% endif %}
{% endfor %}
