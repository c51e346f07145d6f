{% macro folder(path, mode='755') %}
{{ path }}:
  file.directory:
    - mode: '{{ mode }}'
    - makedirs: True
{% endmacro %}
