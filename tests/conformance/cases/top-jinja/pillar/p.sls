extra: yes
