{%- set tplroot = tpldir.split('/')[0] %}
include:
  - app.config.file
