role: edge
