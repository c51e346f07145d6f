a: {{ grains["hots"] }}
