namespace SecureConversation.ServiceModel.Internal;

/// <summary>A binding parameter: the actions of the operations that the caller marked as idempotent.</summary>
internal sealed class IdempotentActions
{
    private readonly HashSet<string> _actions = new(StringComparer.Ordinal);

    public void Add(OperationDescription operation)
    {
        foreach (var message in operation.Messages)
        {
            if (message.Direction == MessageDirection.Input)
            {
                _actions.Add(message.Action);
            }
        }
    }

    public bool Contains(string? action) => action is not null && _actions.Contains(action);
}
