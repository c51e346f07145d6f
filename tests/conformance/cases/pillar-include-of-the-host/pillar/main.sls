include: [hosts.{{ grains["id"] }}]
common: yes
