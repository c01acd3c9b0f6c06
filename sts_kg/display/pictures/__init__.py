"""Pictures: what is drawn as a `Drawing`, its DOT, the layout by Graphviz, and clean SVG and PNG of it."""
