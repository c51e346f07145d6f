{% from 'macros.sls' import folder with context %}
{% set root = pillar['root'] %}

{% for name in 'bin', 'etc', 'run' %}
{{ folder(root + '/' + name) }}
{% endfor %}

# In git this file is a Git LFS pointer; hosts get the content.
proxy-binary:
  file.managed:
    - name: {{ root }}/bin/http-proxy
    - source: salt://proxy/files/http-proxy
    - mode: '755'
    - require:
      - file: {{ root }}/bin

proxy-config:
  file.managed:
    - name: {{ root }}/etc/proxy.conf
    - source: salt://proxy/files/proxy.conf
    - template: jinja
    - context:
        port: {{ salt['pillar.get']('proxy:port', 8080) }}
    - require:
      - file: {{ root }}/etc

proxy-check:
  cmd.run:
    - name: {{ root }}/bin/http-proxy --check {{ root }}/etc/proxy.conf
    - require:
      - file: proxy-binary
    - onchanges:
      - file: proxy-config

proxy-reload:
  cmd.run:
    - name: {{ root }}/bin/http-proxy --reload {{ root }}/run
    - require:
      - cmd: proxy-check
      - file: {{ root }}/run
    - onchanges:
      - file: proxy-binary
      - file: proxy-config
