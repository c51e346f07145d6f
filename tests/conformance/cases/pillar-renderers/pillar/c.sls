#!jinja|json
{"c": "{{ grains.id }}"}
