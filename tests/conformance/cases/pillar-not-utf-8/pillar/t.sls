x: café
