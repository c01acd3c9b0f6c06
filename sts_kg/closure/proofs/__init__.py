"""Why a triple follows, and why a graph contradicts itself."""
