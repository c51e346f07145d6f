{%- from "openssh/map.jinja" import openssh, sshd_config, ssh_config with context %}
include:
  - openssh
extend:
  openssh:
    service:
      - watch:
        - file: sshd_config
sshd_config:
  file.managed:
    - name: @DIR@/sshd_config
    - source: salt://openssh/files/sshd_config
    - template: jinja
    - user: {{ openssh.get('sshd_config_user', 'root') }}
    - mode: {{ openssh.ssh_config_mode }}
    - watch_in:
      - service: {{ openssh.service }}
{%- for keyType in openssh['host_key_algos'].split(',') %}
{%-   set keyFile = "@DIR@/ssh_host_" ~ keyType ~ "_key" %}
{%-   set keySize = salt['pillar.get']('openssh:' ~ keyType ~ ':size', False) %}
ssh_generate_host_{{ keyType }}_key:
  cmd.run:
    - name: "rm {{ keyFile }}*; ssh-keygen -t {{ keyType }}{{ ' -b ' ~ keySize if keySize else '' }} -N '' -f {{ keyFile }}"
    - unless: test -s {{ keyFile }}
    - onlyif: "test -z '{{ salt['pillar.get']('openssh:provide_' ~ keyType, '') }}' && false"
    - runas: root
    - require_in:
      - file: sshd_config
{%- endfor %}
