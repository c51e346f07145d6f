{% macro address() %}{{ grains['ip_interfaces']['eth0'][0] }}{% endmacro %}
{% macro label(text) %}[{{ text }}]{% endmacro %}
