"""Set the parameters of protocols that are given by name."""

from ..protocols import get_protocol


class NamedProtocolsMixin:
    """Let ``set_params`` reach into `goal` and `bargaining` where they are names."""

    def set_params(self, **params):
        """Set parameters; ``bargaining__feasible`` works where bargaining is a name, too.

        Parameters
        ----------
        **params : dict
            Parameters of the estimator and, as ``goal__...`` and ``bargaining__...``, of
            its protocols. A name such as "nash" becomes the object that it stands for.

        Returns
        -------
        self : NashMetaClassifier

        Raises
        ------
        ValueError
            If there is no such parameter.

        Examples
        --------
        >>> from skfairbargain import NashMetaClassifier
        >>> NashMetaClassifier().set_params(bargaining__feasible="ball")
        NashMetaClassifier(bargaining=Nash(feasible='ball'))
        """
        for name in ("goal", "bargaining"):
            nested = [key for key in params if key.startswith(f"{name}__")]
            protocol = params.get(name, getattr(self, name))
            if nested and protocol is None:
                raise ValueError(
                    f"`{nested[0]}` should be set where `{name}` is a protocol. Got "
                    f"{name}=None. In a search, put None into a grid of its own."
                )
            if nested and isinstance(protocol, str):
                params[name] = get_protocol(protocol)
        return super().set_params(**params)
