using System.ServiceModel.Dispatcher;

namespace SecureConversation.ServiceModel.Internal;

/// <summary>Keeps headers of a message contract from leaving in clear where nothing told the channel about them.</summary>
internal static class UndeclaredHeaders
{
    /// <summary>
    /// Refuses them. They are known by their type: the formatter of the contract made them. Headers that inspectors and the application add
    /// are not protected in WCF either, and pass.
    /// </summary>
    /// <exception cref="InvalidOperationException">There is one.</exception>
    public static void Refuse(MessageHeaders headers)
    {
        if (headers.FirstOrDefault(h => h.GetType().DeclaringType?.Namespace == typeof(IClientMessageFormatter).Namespace) is { } header)
        {
            throw new InvalidOperationException($"The header '{header.Name}' of the message contract would leave unprotected, for "
                + "System.ServiceModel does not tell message security about contracts: put [UseProtectionLevels] on the contract, "
                + "or call Endpoint.UseProtectionLevels() of the factory or client.");
        }
    }
}
