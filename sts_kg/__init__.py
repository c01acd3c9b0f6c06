"""The treatments of stage 4 soft tissue sarcoma as a knowledge graph. Not medical advice."""
