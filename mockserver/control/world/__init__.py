"""The part of the control plane that shows and changes what there is: installs, tokens, what is stored."""
