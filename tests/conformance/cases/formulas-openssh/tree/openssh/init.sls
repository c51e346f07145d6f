{%- from "openssh/map.jinja" import openssh, sshd_config with context %}
openssh:
  pkg.installed:
    - name: {{ openssh.server }}
  service.{{ 'running' if openssh.sshd_enable else 'dead' }}:
    - enable: {{ openssh.sshd_enable }}
    - name: {{ openssh.service }}
    - require:
      - pkg: {{ openssh.server }}
