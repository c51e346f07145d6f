web:
  file.managed:
	- name: /tmp/x
