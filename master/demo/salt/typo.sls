web-config:
  file.manged:
    - name: {{ pillar['root'] }}/etc/web.conf
